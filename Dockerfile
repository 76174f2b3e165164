# The page is built with Node, then travels inside the wheel into a slim Python image.
#   docker build -t layerloom .                                    torch for the CPU
#   docker build -t layerloom --build-arg TORCH_BACKEND=cu130 .    torch for CUDA 13.0 (any backend that uv knows)
#   docker build -t layerloom --build-arg TORCH_BACKEND= .         whatever pip's own configuration serves
FROM node:20-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim AS wheel
WORKDIR /src
RUN pip install --no-cache-dir 'hatchling==1.33.0'
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY server/ server/
COPY examples/ examples/
COPY --from=page /src/server/layerloom/page server/layerloom/page
RUN python -m hatchling build -t wheel -d /dist

FROM python:3.11-slim
# uv knows where PyTorch keeps its builds; `cpu` is a tenth of the size of a CUDA one.
ARG TORCH_BACKEND=cpu
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LAYERLOOM_HOST=0.0.0.0 \
    LAYERLOOM_PORT=8420 \
    LAYERLOOM_DATA_DIR=/data
COPY constraints.txt /tmp/constraints.txt
RUN torch="$(grep -E '^torch==' /tmp/constraints.txt)" \
    && if [ -n "$TORCH_BACKEND" ]; then \
         pip install --no-cache-dir uv && uv pip install --system --no-cache --torch-backend "$TORCH_BACKEND" "$torch" \
         && pip uninstall --yes uv; \
       else pip install --no-cache-dir "$torch"; fi
COPY --from=wheel /dist/ /tmp/dist/
RUN pip install --no-cache-dir -c /tmp/constraints.txt "$(ls /tmp/dist/*.whl)[postgres]" && rm -r /tmp/dist \
    && useradd --create-home --uid 10001 layerloom && install -d -o layerloom -g layerloom -m 0700 /data
USER layerloom
WORKDIR /home/layerloom
VOLUME /data
EXPOSE 8420
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import sys, urllib.request; sys.exit(urllib.request.urlopen('http://127.0.0.1:8420/api/health', timeout=2).status != 200)"]
CMD ["layerloom", "serve"]
