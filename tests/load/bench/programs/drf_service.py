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


class Nobody(serializers.SerializerMethodField):
    """What only staff is told."""

    def to_representation(self, value):
        return None


class Moment(serializers.Field):
    def to_representation(self, value):
        return value[:23] + "Z"


class Item(serializers.Serializer):
    """A complaint, from the row that Appwrite keeps of it."""

    id = serializers.CharField(source="$id")
    title = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    location = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    anonymous = serializers.BooleanField()
    username = serializers.CharField(source="reporterName")
    status = serializers.CharField()
    progress = serializers.IntegerField()
    assignedTo = Nobody()
    overdueAt = Moment()
    hidden = serializers.BooleanField()
    images = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    createdAt = Moment(source="filedAt")
    updatedAt = Moment(source="changedAt")

    def get_images(self, row):
        return json.loads(row["images"])


class Entry(serializers.Serializer):
    at = Moment(source="$createdAt")
    by = Nobody()
    role = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    progress = serializers.IntegerField()
    note = serializers.CharField()
    internal = serializers.BooleanField()
    internalNote = Nobody()
    changed = serializers.SerializerMethodField()

    def get_changed(self, row):
        return row["changed"].split(",") if row["changed"] else []


def list_of(said):
    rows, total = said[0]["rows"], said[0]["total"]
    cursor = None
    if len(rows) > 20:
        place = {"s": "-createdAt", "t": rows[19]["filedAt"], "q": rows[19]["$sequence"]}
        cursor = base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")
    return {
        "items": Item(rows[:20], many=True).data, "page": 1, "pageSize": 20, "total": total, "totalIsExact": True,
        "totalPages": -(-total // 20), "next": cursor,
    }


def detail_of(said):
    entries = [row for row in said[1]["rows"] if not row["internal"]]
    return {**Item(said[0]["rows"][0]).data, "timeline": Entry(entries, many=True).data, "timelineNext": None}


ANSWERS = {"list": list_of, "detail": detail_of}


def play(name, password=None):
    """The calls, and an answer made of what they said; for writes it is the one that was recorded."""
    operation = PLAN["operations"][name]
    said = []
    for index, stage in enumerate(operation["stages"]):
        said += [call(planned) for planned in stage]
        if index == 0 and password:
            bcrypt.checkpw(password.encode(), PLAN["login"]["hash"].encode())
    answer = ANSWERS[name](said) if name in ANSWERS else json.loads(operation["reply"])
    return Response(answer, status=operation["status"])


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


class Query(serializers.Serializer):
    id = serializers.RegexField("^[a-z0-9]{20}$", required=False)
    page = serializers.IntegerField(min_value=1, required=False)
    status = serializers.CharField(required=False)
    category = serializers.CharField(required=False)


class Complaints(APIView):
    def get(self, request):
        query = Query(data=request.query_params)
        query.is_valid(raise_exception=True)
        return play("detail" if "id" in query.validated_data else "list")

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


for name, answer in ANSWERS.items():
    recorded = PLAN["operations"][name]
    said = [json.loads(base64.b64decode(one["body"])) for one in recorded["answers"].values()]
    assert json.loads(json.dumps(answer(said))) == json.loads(recorded["reply"]), f"{name} is not answered as recorded"

urlpatterns = [path("complain", Complaints.as_view()), path("login", Login.as_view())]
application = get_wsgi_application()
