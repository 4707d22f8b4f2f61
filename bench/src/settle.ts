// Loaded into every measured server before its own program: collects garbage on request, so that memory compares.

process.on('SIGUSR2', () => globalThis.gc?.());
