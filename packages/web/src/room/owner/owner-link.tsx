// The owner link, to be kept: shown in one dialog, with what it gives away.

import type { RoomId } from '@mayfly/protocol';
import { useRef, useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { ownerLinkOf } from '../../browser/owner-code.ts';
import { copyText, selectContents } from '../../ui/clipboard.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ownerLinkTexts } from '../../words/owner-link.ts';

type OwnerLinkDialogProps = { readonly id: RoomId; readonly onClose: () => void };

export function OwnerLinkDialog({ id, onClose }: OwnerLinkDialogProps) {
  const shown = useRef<HTMLParagraphElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'copyByHand'>();
  const url = ownerLinkOf(id) ?? '';
  const copy = async () => {
    const isCopied = await copyText(url);
    setOutcome(isCopied ? 'copied' : 'copyByHand');
    if (!isCopied && shown.current !== null) selectContents(shown.current);
  };
  return (
    <Dialog title={ownerLinkTexts.save} lead={ownerLinkTexts.saveLead} onClose={onClose}>
      <p class="secret__link" dir="ltr" ref={shown}>
        {url}
      </p>
      <p class="note note--warn">
        <Icon name="alert" />
        <span>{ownerLinkTexts.warning}</span>
      </p>
      <div class="actions">
        <button class="btn btn--primary" type="button" autofocus onClick={() => background(copy())}>
          <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
          {outcome === 'copied' ? ownerLinkTexts.copied : ownerLinkTexts.copy}
        </button>
      </div>
      <p class="hint" role="status">
        {outcome !== undefined && ownerLinkTexts[outcome]}
      </p>
    </Dialog>
  );
}
