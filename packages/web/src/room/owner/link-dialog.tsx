// Gives the room a new link: asks first, then shows how far it is, and the new link.

import { useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LaterPassphraseChoice, passphraseLike } from '../../ui/later-passphrase-choice.tsx';
import type { NewPassphrase } from '../../ui/new-passphrase.ts';
import { ShareLink } from '../../ui/share-link.tsx';
import { Switch } from '../../ui/switch.tsx';
import { Trouble } from '../../ui/text-field.tsx';
import { linkTexts } from '../../words/link-change.ts';
import { LaterPassphrase } from '../list/later-passphrase.tsx';
import type { RoomView } from '../model/room-view.ts';
import { type LinkChange, changeLink, isUnderWay, linkChangeOf } from './link-change.ts';

type LinkDialogProps = {
  readonly view: RoomView;
  /** The link that is to be changed. */
  readonly from: string;
  readonly onClose: () => void;
};

export function LinkDialog(props: LinkDialogProps) {
  const { view, from, onClose } = props;
  const change = linkChangeOf(view).value;
  const { url, keyIsKept } = view.link;
  if (url !== from) {
    return (
      <Dialog key="changed" title={linkTexts.changed} lead={linkTexts.changedLead} onClose={onClose}>
        <ShareLink url={url} primary="focused" keyIsKept={keyIsKept} />
        <LaterPassphrase link={view.link} />
      </Dialog>
    );
  }
  if (change !== undefined && isUnderWay(change, url)) {
    return (
      <Dialog key="changing" title={linkTexts.changing} lead={linkTexts.changingLead} onClose={onClose}>
        <Progress change={change} />
      </Dialog>
    );
  }
  return <Question {...props} last={change} />;
}

type AfterRemovalProps = Omit<LinkDialogProps, 'from'>;

/** In place of the sheet about someone who was removed: the change of the link, if one goes with that. */
export function AfterRemoval({ view, onClose }: AfterRemovalProps) {
  const change = linkChangeOf(view);
  if (change.value?.isAfterRemoval !== true) return null;
  const close = () => {
    // Under way, it can still be seen in the settings.
    change.value = change.value && { ...change.value, isAfterRemoval: false };
    onClose();
  };
  return <LinkDialog view={view} from={change.value.from} onClose={close} />;
}

type QuestionProps = LinkDialogProps & { readonly last: LinkChange | undefined };

function Question({ view, last, onClose }: QuestionProps) {
  const { failed, isAfterRemoval = false } = last ?? {};
  const [fresh, setFresh] = useState(false);
  const [chosen, setChosen] = useState<NewPassphrase>();
  const [trouble, setTrouble] = useState<string>();
  const needsPassphrase = view.link.room.door !== undefined;
  const submit = () => {
    setTrouble(chosen === undefined ? linkTexts.unreachable : chosen.trouble);
    if (!needsPassphrase) changeLink(view, { fresh, isAfterRemoval });
    else if (chosen !== undefined && chosen.trouble === undefined)
      changeLink(view, { fresh, isAfterRemoval, passphrase: passphraseLike(chosen) });
  };
  return (
    <Dialog key="ask" title={linkTexts.ask} lead={linkTexts.lead} onClose={onClose}>
      <p class="note note--warn" role="status" hidden={failed === undefined}>
        <Icon name="alert" />
        <span>{failed !== undefined && linkTexts.failed[failed]}</span>
      </p>
      {view.facts.value?.history === 'all' && (
        <Switch label={linkTexts.fresh} hint={linkTexts.freshHint} on={fresh} onChange={setFresh} />
      )}
      {needsPassphrase && (
        <>
          <p class="hint">{linkTexts.passphraseHint}</p>
          <LaterPassphraseChoice first={view.link.passphrase} onPassphrase={setChosen} />
          {trouble !== undefined && <Trouble text={trouble} />}
        </>
      )}
      <div class="actions">
        <button class="btn btn--primary" type="button" onClick={submit}>
          {linkTexts.change}
        </button>
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {linkTexts.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function Progress({ change: { done, all, making, stop } }: { readonly change: LinkChange }) {
  const made = done < all ? linkTexts.progress(done, all) : linkTexts.handing;
  return (
    <>
      <progress class="link-progress" value={done} max={Math.max(all, 1)} aria-label={linkTexts.changing} />
      <p class="hint">{making?.value ?? made}</p>
      <div class="actions">
        <button class="btn btn--secondary" type="button" autofocus onClick={stop}>
          {linkTexts.stop}
        </button>
      </div>
    </>
  );
}
