#!/usr/bin/env bash
# Builds the image and exercises docker-compose.yml for real: healthy, a run trained through the published port,
# and the data still there after `down` and `up`. Docker where an engine answers, else buildah and podman-compose.
#   BUILD_FLAGS="--build-arg TORCH_BACKEND=" scripts/test_containers.sh
set -euo pipefail
cd "$(dirname "$0")/.."

export LAYERLOOM_TOKEN=${LAYERLOOM_TOKEN:-$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')}
export LAYERLOOM_PORT=${LAYERLOOM_PORT:-18420}
url=http://127.0.0.1:$LAYERLOOM_PORT

if docker info >/dev/null 2>&1; then
  compose() { docker compose -p layerloom-test "$@"; }
  docker build ${BUILD_FLAGS:-} -t layerloom:latest .
  health() { docker inspect --format '{{.State.Health.Status}}' "$(compose ps -q layerloom)" | grep -q '^healthy$'; }
else
  compose() { podman-compose -p layerloom-test "$@"; }
  # shellcheck disable=SC2086  # several flags in one variable
  buildah build --format docker --isolation chroot --pull-never --layers ${BUILD_FLAGS:-} -t docker.io/library/layerloom:latest .
  health() { podman healthcheck run "$(podman ps -q --filter name=layerloom-test)" >/dev/null 2>&1; }
fi

call() { curl -sS --fail-with-body -H "Authorization: Bearer $LAYERLOOM_TOKEN" -H 'Content-Type: application/json' "$@"; }
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
wait_for() { # wait_for SECONDS WORDS COMMAND...
  local deadline=$((SECONDS + $1)) words=$2
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "failed: $words"; compose logs | tail -n 50; exit 1; }
    sleep 1
  done
  echo "passed: $words"
}
finished() { [ "$(call "$url/api/runs/$run" | field '["state"]')" = finished ]; }

trap 'compose down -v >/dev/null 2>&1 || true' EXIT
compose down -v >/dev/null 2>&1 || true
compose up -d
wait_for 60 "the container is healthy" health

[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/runs")" = 401 ] && echo "passed: no token, no entry"
curl -sS --fail "$url/" | grep -q '<div id="root"' && echo "passed: the page is served"

run=$(python3 - <<'PY' | call -d @- "$url/api/runs" | field '["id"]'
import json
document = json.load(open("examples/shared-lstm.json"))
document["training"]["fit"]["epochs"] = 2
print(json.dumps({"document": document}))
PY
)
wait_for 120 "a run trains through the published port" finished
before=$(call "$url/api/runs/$run/events?after=0&limit=1000" | sha256sum)

compose down
compose up -d
wait_for 60 "the container is healthy again" health
after=$(call "$url/api/runs/$run/events?after=0&limit=1000" | sha256sum)
[ "$before" = "$after" ] || { echo "failed: the journal changed over down and up"; exit 1; }
echo "passed: every event is still there after down and up"
