"""The Python SDK through a proxy with TLS: many calls in a row, and a large one; endpoint, pair and CA in the environment."""

import json
import os

from tencentcloud.cam.v20190116 import cam_client
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

CALLS = 120
LARGE = 200 * 1024

http = HttpProfile(endpoint=os.environ["CAMLOCK_ENDPOINT"], certification=os.environ["CAMLOCK_CA"], reqTimeout=30)
client = cam_client.CamClient(credential.EnvironmentVariableCredential().get_credential(), "ap-guangzhou",
                              ClientProfile(httpProfile=http, language="en-US"))
for call in range(CALLS):
    answer = json.loads(client.call("ListUsers", {}))
    assert "Error" not in answer["Response"], (call, answer)
print("called", CALLS)

try:
    client.call_json("UpdateUser", {"Name": "nobody", "Remark": "x" * LARGE})
    raise SystemExit("a remark of 200 KB was taken")
except TencentCloudSDKException as error:
    assert error.get_code().startswith(("InvalidParameter", "ResourceNotFound")), error
    print("large", error.get_code())
