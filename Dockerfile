# The page is built with Node, then travels inside the wheel into a slim Python image.
#   docker build -t layerloom .                                    CPU
#   docker build -t layerloom --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130 .   CUDA
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
# Where torch comes from: PyTorch's own index of CPU builds by default, one of its CUDA indexes for a GPU image,
# or empty for the ordinary package index.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LAYERLOOM_HOST=0.0.0.0 \
    LAYERLOOM_PORT=8420 \
    LAYERLOOM_DATA_DIR=/data
COPY constraints.txt /tmp/constraints.txt
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} \
      "$(grep -E '^torch==' /tmp/constraints.txt)"
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
