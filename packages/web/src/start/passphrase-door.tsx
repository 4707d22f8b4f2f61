// The door of a room that needs a passphrase besides its link.

import type { RoomLink } from '@mayfly/client';
import { passphraseKey } from '@mayfly/client/passphrase';
import { useEffect, useRef, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { isNameTooLong } from '../ui/display-name.ts';
import { Icon } from '../ui/icon.tsx';
import { LifeRing } from '../ui/life-ring.tsx';
import { NameField } from '../ui/name-field.tsx';
import { PassphraseField } from '../ui/passphrase-field.tsx';
import { ScreenHeading } from '../ui/screen-heading.tsx';
import { passphraseTexts } from '../words/passphrase.ts';
import { pieces } from '../words/sentence.ts';
import { texts } from '../words/start.ts';
import type { Refusal } from './passphrase-answer.ts';

export type DoorProps = {
  readonly door: {
    readonly link: RoomLink;
    readonly name: string;
    readonly passphrase?: string;
    readonly refusal?: Refusal;
  };
  readonly onEnter: (entry: {
    readonly link: RoomLink;
    readonly name: string;
    readonly passphrase: string;
  }) => void;
};

export function PassphraseDoor({ door, onEnter }: DoorProps) {
  const { link, refusal } = door;
  const [name, setName] = useState(door.name);
  const [passphrase, setPassphrase] = useState(door.passphrase ?? '');
  const [trouble, setTrouble] = useState(refusal && wordsOf(refusal));
  const { percent, make, cancel } = useKey(link);
  const join = useFocusAfter(percent !== undefined);
  const enter = async () => {
    const second = await make(passphrase);
    if (second === 'failed') setTrouble(passphraseTexts.failed);
    else if (second !== undefined) onEnter({ link: { ...link, second }, name, passphrase });
  };
  const submit = () => {
    if (percent !== undefined || isNameTooLong(name)) return;
    setTrouble(passphrase === '' ? passphraseTexts.empty : undefined);
    if (passphrase !== '') background(enter());
  };
  return (
    <main class="single-card">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div class="single-card__head">
          <LifeRing left={1} large />
          <ScreenHeading title={passphraseTexts.heading}>{passphraseTexts.heading}</ScreenHeading>
          <p class="muted">{pieces(passphraseTexts.room, { room: <b class="mono">{link.id}</b> })}</p>
        </div>
        <PassphraseField
          value={passphrase}
          onValue={setPassphrase}
          disabled={percent !== undefined}
          hint={passphraseTexts.hint}
          error={trouble}
        />
        <NameField value={name} onValue={setName} hint={texts.name.hint} />
        {percent === undefined ? (
          <button class="btn btn--primary btn--large btn--wide" type="submit" ref={join}>
            {texts.landing.joinRoom}
          </button>
        ) : (
          <Making percent={percent} onCancel={cancel} />
        )}
        <p class="note">
          <Icon name="lock" />
          <span>{texts.invited.encrypted}</span>
        </p>
      </form>
    </main>
  );
}

function Making({ percent, onCancel }: { readonly percent: number; readonly onCancel: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  // The button that was pressed is gone.
  useEffect(() => button.current?.focus(), []);
  const words = passphraseTexts.making(percent);
  return (
    <div class="passphrase__making">
      <span>
        {words}
        <progress value={percent} max={100} aria-label={passphraseTexts.making(0)} />
      </span>
      <button class="btn btn--secondary" type="button" ref={button} onClick={onCancel}>
        {passphraseTexts.cancel}
      </button>
    </div>
  );
}

/** The button that had the focus while the work went on is gone. */
function useFocusAfter(isWorking: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const hasWorked = useRef(false);
  useEffect(() => {
    if (hasWorked.current) button.current?.focus();
    hasWorked.current = isWorking;
  }, [isWorking]);
  return button;
}

function wordsOf(refusal: Refusal): string {
  return refusal.why === 'wrong' ? passphraseTexts.wrong : passphraseTexts.tooMany(refusal.waitMs);
}

/** One at a time. It ends with the screen. */
function useKey({ secret }: RoomLink) {
  const [percent, setPercent] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  const cancel = () => stop.current?.abort();
  useEffect(() => cancel, []);
  const make = async (passphrase: string): Promise<Uint8Array | 'failed' | undefined> => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setPercent(0);
    try {
      return await passphraseKey(secret, passphrase, { signal, onPercent: setPercent });
    } catch {
      return 'failed';
    } finally {
      setPercent(undefined);
    }
  };
  return { percent, make, cancel };
}
