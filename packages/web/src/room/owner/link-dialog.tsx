// Gives the room a new link: asks first, then shows how far it is, and the new link.

import { useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ShareLink } from '../../ui/share-link.tsx';
import { Switch } from '../../ui/switch.tsx';
import { linkTexts } from '../../words/link-change.ts';
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
  const { failed, isAfterRemoval } = last ?? {};
  const [fresh, setFresh] = useState(false);
  return (
    <Dialog key="ask" title={linkTexts.ask} lead={linkTexts.lead} onClose={onClose}>
      <p class="note note--warn" role="status" hidden={failed === undefined}>
        <Icon name="alert" />
        <span>{failed !== undefined && linkTexts.failed[failed]}</span>
      </p>
      {view.facts.value?.history === 'all' && (
        <Switch label={linkTexts.fresh} hint={linkTexts.freshHint} on={fresh} onChange={setFresh} />
      )}
      <div class="actions">
        <button
          class="btn btn--primary"
          type="button"
          onClick={() => changeLink(view, { fresh, isAfterRemoval })}
        >
          {linkTexts.change}
        </button>
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {linkTexts.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function Progress({ change: { done, all } }: { readonly change: LinkChange }) {
  return (
    <>
      <progress class="link-progress" value={done} max={Math.max(all, 1)} aria-label={linkTexts.changing} />
      <p class="hint">{done < all ? linkTexts.progress(done, all) : linkTexts.handing}</p>
    </>
  );
}
