// What every room store must do, by rule number (docs/protocol.md). Each store calls this from its own test.

import { describe } from 'vitest';
import { aCrowd } from './crowd.ts';
import { commanding } from './commanding.ts';
import { ephemeral } from './ephemeral.ts';
import { erasing } from './erasing.ts';
import { files } from './files.ts';
import { type MakeStore, fixtures } from './fixture.ts';
import { following } from './following.ts';
import { givingWay } from './giving-way.ts';
import { history } from './history.ts';
import { joining } from './joining.ts';
import { life } from './life.ts';
import { looking } from './looking.ts';
import { manyAtOnce } from './many-at-once.ts';
import { openingRooms } from './opening.ts';
import { presence } from './presence.ts';
import { rotating } from './rotating.ts';
import { sending } from './sending.ts';
import { settings } from './settings.ts';

const SUBJECTS = {
  'making a room': openingRooms,
  'giving way': givingWay,
  joining,
  looking,
  sending,
  'erasing and timers': erasing,
  commanding,
  'changing the link': rotating,
  settings,
  following,
  'history and resume': history,
  presence,
  'ephemeral signals': ephemeral,
  'a crowd': aCrowd,
  life,
  'many at once': manyAtOnce,
};

export function roomStoreContract(name: string, make: MakeStore): void {
  const fresh = fixtures(make);
  for (const [subject, tests] of Object.entries(SUBJECTS))
    describe(`${name}: ${subject}`, () => tests(fresh));
}

/** For stores that keep files. */
export function fileStoreContract(name: string, make: MakeStore): void {
  describe(`${name}: files`, () => files(fixtures(make)));
}
