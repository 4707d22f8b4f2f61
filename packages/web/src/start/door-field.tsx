// Who can join a new room: everyone with its link, or only with a passphrase besides.

import { signal } from '@preact/signals';
import { LaterPassphraseChoice } from '../ui/later-passphrase-choice.tsx';
import type { NewPassphrase } from '../ui/new-passphrase.ts';
import { Segmented } from '../ui/segmented.tsx';
import { roomOptionsTexts } from '../words/room-options.ts';
import { texts } from '../words/start.ts';

export type DoorFieldProps = {
  /** Undefined: the link is enough. */
  readonly passphrase: NewPassphrase | undefined;
  readonly onPassphrase: (passphrase: NewPassphrase | undefined) => void;
};

export function DoorField({ passphrase, onPassphrase }: DoorFieldProps) {
  return (
    <>
      <Segmented
        legend={roomOptionsTexts.door}
        choices={[
          { value: 'link', label: roomOptionsTexts.doorLink },
          { value: 'passphrase', label: roomOptionsTexts.doorPassphrase },
        ]}
        value={passphrase === undefined ? 'link' : 'passphrase'}
        onChoose={(door) => onPassphrase(door === 'link' ? undefined : notYet())}
      />
      {passphrase !== undefined && <LaterPassphraseChoice onPassphrase={onPassphrase} />}
    </>
  );
}

/** Until its file is there. */
function notYet(): NewPassphrase {
  return {
    text: '',
    trouble: texts.unreachable.lead,
    making: signal(undefined),
    keyFor: () => Promise.resolve(undefined),
    stop: () => {},
  };
}
