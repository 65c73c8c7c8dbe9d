"""Contestant (d): the same calls as Django REST Framework views, run by gunicorn."""
import base64, http.client, json, os, threading
from urllib.parse import urlsplit

import bcrypt
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, INSTALLED_APPS=["rest_framework"],
    DATA_UPLOAD_MAX_MEMORY_SIZE=None, FILE_UPLOAD_MAX_MEMORY_SIZE=12 * 1024 * 1024,
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None,
                    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

PLAN = json.load(open(os.environ["BENCH_PLAN"]))
ENDPOINT = urlsplit(os.environ["BENCH_ENDPOINT"])
HEADERS = {"X-Appwrite-Key": PLAN["key"], "X-Appwrite-Project": PLAN["projectId"]}
local = threading.local()


def call(planned, upload=None):
    body = base64.b64decode(planned["body"]) or None
    headers = dict(HEADERS, **({"Content-Type": planned["type"]} if body else {}))
    if not hasattr(local, "connection"):
        local.connection = http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port)
    local.connection.request(planned["method"], ENDPOINT.path + planned["path"], body, headers)
    return json.loads(local.connection.getresponse().read() or b"null")


def play(name, password=None):
    operation = PLAN["operations"][name]
    for index, stage in enumerate(operation["stages"]):
        for planned in stage:
            call(planned)
        if index == 0 and password:
            bcrypt.checkpw(password.encode(), PLAN["login"]["hash"].encode())
    return Response(json.loads(operation["reply"]), status=operation["status"])


class Credentials(serializers.Serializer):
    username = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=200)


class Change(serializers.Serializer):
    id = serializers.CharField(max_length=40)
    status = serializers.CharField(max_length=40, required=False)
    note = serializers.CharField(max_length=2000, required=False)


class Filing(serializers.Serializer):
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=5000)
    image1 = serializers.FileField(required=False)


class Complaints(APIView):
    def get(self, request):
        return play("detail" if "id" in request.query_params else "list")

    def put(self, request):
        Change(data=request.data).is_valid(raise_exception=True)
        return play("change")

    def post(self, request):
        Filing(data=request.data).is_valid(raise_exception=True)
        return play("photo")


class Login(APIView):
    def post(self, request):
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        return play("login", credentials.validated_data["password"])


urlpatterns = [path("complain", Complaints.as_view()), path("login", Login.as_view())]
application = get_wsgi_application()
