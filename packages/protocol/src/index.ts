// What travels between a Mayfly client and a Mayfly server. No I/O, no dependency.

export * from './api.ts';
export * from './bytes.ts';
export * from './frames/client-frames.ts';
export * from './frames/file-frames.ts';
export * from './close.ts';
export * from './command.ts';
export * from './file-size.ts';
export * from './ids.ts';
export * from './json.ts';
export * from './limits.ts';
export * from './powers.ts';
export * from './frames/rotation-frames.ts';
export * from './room-terms.ts';
export * from './frames/server-frames.ts';
export * from './signing.ts';
