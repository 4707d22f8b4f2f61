// Who can join a new room: everyone with its link, or only with a passphrase besides.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { background } from '../background.ts';
import { Segmented } from '../ui/segmented.tsx';
import { roomOptionsTexts } from '../words/room-options.ts';
import { texts } from '../words/start.ts';
import { loadPassphrases, passphrasePart } from './later-passphrase.ts';
import type { NewPassphrase } from './new-passphrase.ts';

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
      {passphrase !== undefined && <LaterChoice onPassphrase={onPassphrase} />}
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

function LaterChoice({ onPassphrase }: Pick<DoorFieldProps, 'onPassphrase'>) {
  useEffect(() => background(loadPassphrases()), []);
  const part = passphrasePart.value;
  return part === undefined ? null : <part.PassphraseChoice onPassphrase={onPassphrase} />;
}
