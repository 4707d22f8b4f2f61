// Loaded into every measured server before its own program: collects garbage on request, which makes memory comparable.

process.on('SIGUSR2', () => globalThis.gc?.());
