import { expect, test } from 'vitest';
import { isThisMachine } from './this-machine.ts';

test.each(['localhost', 'mayfly.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])(
  'a link to %s opens here only',
  (host) => {
    expect(isThisMachine(host)).toBe(true);
  },
);

test.each(['192.168.1.20', 'chat.example', 'localhost.example', 'notlocalhost', '[fd00::1]', '127.example'])(
  'a link to %s opens elsewhere, too',
  (host) => {
    expect(isThisMachine(host)).toBe(false);
  },
);
