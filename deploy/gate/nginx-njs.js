// Asks Camlock's gate once for each request, with the SHA-256 of its body. Belongs to nginx-njs.conf.

import crypto from 'crypto';

const IDENTITY = ['Uin', 'Owner-Uin', 'User', 'Kind', 'Secret-Id', 'Action', 'Coverage', 'Request-Id'];

async function judge(r) {
    const length = r.variables.content_length;
    // njs fails at the buffer of a body that is said to be empty.
    const body = length === '0' && !r.variables.http_transfer_encoding ? undefined : r.requestBuffer;
    // A body that is not in the buffer is not an empty one.
    if (body === undefined && Number(length || 0) > 0) {
        r.return(413);
        return;
    }
    const hash = crypto.createHash('sha256');
    if (body !== undefined) {
        hash.update(body);
    }
    r.variables.camlock_body_sha256 = hash.digest('hex');
    const reply = await r.subrequest('/_camlock', { method: 'GET' });
    if (reply.status === 200) {
        IDENTITY.forEach((name) => {
            const variable = 'camlock_' + name.toLowerCase().replace('-', '_');
            r.variables[variable] = reply.headersOut['X-Camlock-' + name] || '';
        });
        r.internalRedirect('@camlock_allowed');
        return;
    }
    const reason = reply.headersOut['X-Camlock-Reason'];
    if (reason) {
        r.headersOut['X-Camlock-Reason'] = reason;
    }
    r.return(reply.status === 401 || reply.status === 403 ? reply.status : 503);
}

export default { judge };
