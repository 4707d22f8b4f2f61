// The image's health check: whether the server in this container answers. Exit code 0: it does.

const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
