# The daemon alone: Asterisk runs beside it (compose.yaml). Node's own image has what better-sqlite3 needs at run time.
FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
# Two heaps of the C library are enough for one busy thread; one for each of Node's would cost 20 MB.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 LINEKEEPER_DATA=/data LINEKEEPER_HTTP_HOST=0.0.0.0 LINEKEEPER_PHONES_HTTP_HOST=0.0.0.0 LINEKEEPER_EMBEDDED_PBX_MODE=no
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/config config
COPY --from=build /app/prisma prisma
COPY --from=build /app/provisioning provisioning
COPY --from=build /app/templates templates
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080 8090
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js", "serve"]
