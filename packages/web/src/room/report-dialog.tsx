// What to send to the server’s operator, and what they can do with it. Never contains the room’s key.

import { useRef, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { copyText, selectContents } from '../ui/clipboard.ts';
import { ContactLink } from '../ui/contact-link.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { utcMinute } from '../ui/clock-time.ts';
import { reportTexts } from '../words/report.ts';
import { pieces } from '../words/sentence.ts';
import type { RoomView } from './model/room-view.ts';
import { abuseContact } from './report-item.ts';

type ReportDialogProps = { readonly view: RoomView; readonly onClose: () => void };

export function ReportDialog({ view, onClose }: ReportDialogProps) {
  const [report] = useState(() => reportTexts.report(view.id, utcMinute(Date.now())));
  const contact = abuseContact.value ?? '';
  return (
    <Dialog title={reportTexts.heading} lead={reportTexts.lead} onClose={onClose}>
      <Report text={report} />
      <p>{pieces(reportTexts.sendTo, { contact: <ContactLink contact={contact} /> })}</p>
      <p class="muted">{reportTexts.can}</p>
      <p class="muted">{reportTexts.cannot}</p>
    </Dialog>
  );
}

function Report({ text }: { readonly text: string }) {
  const shown = useRef<HTMLParagraphElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'copyByHand'>();
  const copy = async () => {
    const isCopied = await copyText(text);
    setOutcome(isCopied ? 'copied' : 'copyByHand');
    if (!isCopied && shown.current !== null) selectContents(shown.current);
  };
  return (
    <div class="secret">
      <p class="secret__link" ref={shown}>
        {text}
      </p>
      <p class="hint">
        <Icon name="key" small />
        <span>{reportTexts.noKey}</span>
      </p>
      <div class="row">
        <button class="btn btn--primary" type="button" autofocus onClick={() => background(copy())}>
          <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
          {reportTexts.copy}
        </button>
        <span class={outcome === undefined ? 'visually-hidden' : 'hint hint--row'} role="status">
          {outcome !== undefined && reportTexts[outcome]}
        </span>
      </div>
    </div>
  );
}
