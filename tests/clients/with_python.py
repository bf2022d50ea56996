"""The Python SDK, as a program uses it: `with_python.py CHAPTER...`, with endpoint and pair in the environment."""

import json
import os
import sys

import signing
from story import CHAPTERS, Refused, tell
from tencentcloud.cam.v20190116 import cam_client, errorcodes as cam_codes, models as cam_models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sts.v20180813 import errorcodes as sts_codes, models as sts_models, sts_client

# What the SDK's tables of errors leave out: that of signatures, and what only its generic client provokes.
COMMON = {"AuthFailure.InvalidAuthorization", "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureExpire",
          "AuthFailure.SignatureFailure", "AuthFailure.TokenFailure", "InvalidAction", "InvalidParameterValue",
          "MissingParameter", "NoSuchVersion", "RequestLimitExceeded", "UnknownParameter"}
CODES = COMMON | {code for table in (cam_codes, sts_codes) for name, code in vars(table).items() if name.isupper()}


class PythonSdk:
    def __init__(self, secret_id, secret_key, token=None, method="POST", scheme=None, language="en-US"):
        self.pair = (secret_id, secret_key)
        self.key = credential.Credential(secret_id, secret_key, token)
        http = HttpProfile(protocol="http", endpoint=os.environ["CAMLOCK_ENDPOINT"], reqMethod=method, reqTimeout=20)
        self.profile = ClientProfile(signMethod=scheme, httpProfile=http, language=language)
        self.cam = cam_client.CamClient(self.key, "ap-guangzhou", self.profile)
        self.sts = sts_client.StsClient(self.key, "ap-guangzhou", self.profile)

    @classmethod
    def from_environment(cls, **settings):
        return cls(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"], **settings)

    def holding(self, secret_id, secret_key):
        return PythonSdk(secret_id, secret_key)

    def call(self, action, **parameters):
        client, models = (self.cam, cam_models) if hasattr(self.cam, action) else (self.sts, sts_models)
        request = getattr(models, f"{action}Request")()
        request.from_json_string(json.dumps(parameters))
        answer = self.guarded(lambda: getattr(client, action)(request))
        return json.loads(answer.to_json_string())

    def guarded(self, send):
        """The SDK's exception becomes ours."""
        try:
            return send()
        except TencentCloudSDKException as error:
            assert error.get_request_id(), f"a request id with {error}"
            assert error.get_code() in CODES, f"a code that the SDK knows, not {error}"
            raise Refused(error.get_code(), error.get_message()) from error


if __name__ == "__main__":
    tell(PythonSdk.from_environment(), CHAPTERS | signing.chapters(PythonSdk), sys.argv[1:])
