# Two stages: what builds stays behind. The image needs no network, no writable root and no root user.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY policies ./policies
COPY recognizers ./recognizers
COPY service ./service
RUN python -m venv /opt/hushgate \
 && /opt/hushgate/bin/pip install --quiet '.[otel,redis]'

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin hushgate
COPY --from=build /opt/hushgate /opt/hushgate
ENV PATH=/opt/hushgate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
# Loopback: the containers of a pod share it. Any other address needs TLS, see SECURITY.md.
EXPOSE 50551
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["hushgate", "health"]
ENTRYPOINT ["hushgate"]
CMD ["serve"]
