# The editor, built with all packages.
FROM node:24-slim AS editor
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# What runs: the packages that the server needs. The image has its Node; the package `node` is for machines without.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE* ./
COPY engine engine
COPY nodes nodes
COPY server server
COPY migrations migrations
COPY examples examples
COPY --from=editor /app/dist dist
# Libraries of the embedded PostgreSQL that are links, which npm can't carry; made here because the user can't write.
RUN node server/database/embedded/link-libraries.ts \
  && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: signals have to reach the process.
CMD ["node", "--v8-pool-size=1", "--no-allocation-site-pretenuring", "--heap-growing-percent=200", "--min-semi-space-size=16", "--max-semi-space-size=32", "server/main.mjs"]
