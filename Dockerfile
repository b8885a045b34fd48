# Three stages: the client code, the binary with it inside, and an image that
# holds only that. The base images are arguments so that a mirror can stand in.
ARG NODE_IMAGE=node:20-bookworm-slim
ARG GO_IMAGE=golang:1.26-bookworm
ARG RUN_IMAGE=gcr.io/distroless/static-debian12:nonroot

FROM ${NODE_IMAGE} AS client
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY static ./static
RUN node static/build.mjs

FROM ${GO_IMAGE} AS server
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=client /src/static/dist ./static/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /switchyard ./cmd/web

FROM ${RUN_IMAGE}
COPY --from=server /switchyard /switchyard
USER 65532:65532
ENV SWITCHYARD_ADDR=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/switchyard"]
