// The room's passphrase, shown beside its link when inviting people.

import { CopyPassphrase } from '../../ui/copy-passphrase.tsx';
import { Icon } from '../../ui/icon.tsx';
import { passphraseTexts } from '../../words/passphrase.ts';

/** Undefined: this page no longer knows it. */
export function PassphraseNote({ passphrase }: { readonly passphrase: string | undefined }) {
  if (passphrase === undefined) {
    return (
      <p class="hint">
        <Icon name="key" small />
        <span>{passphraseTexts.needed}</span>
      </p>
    );
  }
  return (
    <div class="secret">
      <div class="row">
        <b class="mono" dir="auto">
          {passphrase}
        </b>
        <CopyPassphrase text={passphrase} />
      </div>
      <p class="hint">
        <Icon name="key" small />
        <span>{passphraseTexts.neededToo}</span>
      </p>
    </div>
  );
}
