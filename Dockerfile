# The one image of all of our services. What runs in a container is chosen by its command in docker-compose.yml.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}
WORKDIR /lab
ENV NODE_ENV=production NODE_COMPILE_CACHE=/lab/.compile-cache
# Young objects get 8 MB at a time instead of up to 64: ten megabytes less for a replica with its hands full, and no slower.
ENV NODE_OPTIONS=--max-semi-space-size=8

# Dependencies first: they change seldom, so this layer is built once.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

COPY services ./services
# Each service is loaded once, so that its compiled code is in the image: a replica starts in half the time.
RUN for main in services/*/main.ts; do LAB_LOAD_ONLY=1 node "$main" || exit 1; done

USER node
