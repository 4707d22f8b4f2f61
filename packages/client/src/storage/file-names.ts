// Under which name files on their way lie in the tab's storage: enough to remove them.

import type { RoomStorage } from './tab-storage.ts';

export const FILES_NAME = 'files';

export function forgetFiles(storage: RoomStorage): void {
  storage.remove(FILES_NAME);
}
