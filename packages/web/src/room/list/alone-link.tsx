// The link, shown to someone who is alone in a room.

import { CopyButton } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { sharingTexts } from '../../words/sharing.ts';

type AloneLinkProps = {
  readonly url: string;
  readonly onInvite: () => void;
  readonly onQr: () => void;
};

export function AloneLink({ url, onInvite, onQr }: AloneLinkProps) {
  return (
    <div class="row">
      <CopyButton text={url} primary={false} onRefused={onInvite} />
      <button class="btn btn--secondary" type="button" onClick={onQr}>
        <Icon name="qr" />
        {sharingTexts.qr}
      </button>
    </div>
  );
}
