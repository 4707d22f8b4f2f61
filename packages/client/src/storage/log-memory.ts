// What the page after a reload remembers of the log (RECV-6).

import type { RoomStorage } from './tab-storage.ts';

const LOG = 'log';

export function logMemory(storage: RoomStorage) {
  return {
    load: () => storage.get(LOG),
    save(text: string): void {
      storage.set(LOG, text);
    },
  };
}

export function forgetLog(storage: RoomStorage): void {
  storage.remove(LOG);
}
