// The server as tests and benchmarks embed it; operators start main.ts.

export { type Clock, type RandomBytes } from './net/clock.ts';
export { type Config, type Setting, SETTINGS, loadConfig } from './config.ts';
export { type Events, createEvents } from './observe/events.ts';
export { type RunningServer, type ServerParts, StartError, startServer } from './server.ts';
