// How far a file is, on its way out or in, and the way to stop it.

import { Icon } from '../../ui/icon.tsx';
import { fileTexts } from '../../words/files.ts';

type FileProgressProps = {
  readonly text: string;
  readonly percent: number;
  /** Of the file. */
  readonly name: string;
  readonly onStop: () => void;
};

/** Steps of it are not read aloud: the list that it stands in announces whatever changes. */
export function FileProgress({ text, percent, name, onStop }: FileProgressProps) {
  return (
    <span class="file-progress" aria-live="off">
      <span>
        <small>{text}</small>
        <progress max={100} value={percent} aria-label={name} />
      </span>
      <button class="icon-button" type="button" aria-label={fileTexts.cancel(name)} onClick={onStop}>
        <Icon name="x" />
      </button>
    </span>
  );
}
