// How messages are formatted, and the commands: what is typed, and what it makes.

import type { ComponentChildren } from 'preact';
import { Dialog } from '../../ui/dialog.tsx';
import { composingTexts } from '../../words/composing.ts';
import { COMMANDS } from '../model/commands.ts';

type Row = readonly [typed: string, shown: ComponentChildren];

function formatting(): readonly Row[] {
  const { sample, hiddenShown, newLine } = composingTexts;
  return [
    [`**${sample.bold}**`, <b>{sample.bold}</b>],
    [`*${sample.italic}*`, <em>{sample.italic}</em>],
    [`~~${sample.struck}~~`, <s>{sample.struck}</s>],
    [`\`${sample.code}\``, <code>{sample.code}</code>],
    ['```js', <code>let dawn = 5;</code>],
    [`||${sample.hidden}||`, hiddenShown],
    [`> ${sample.quote}`, <span class="formatting__quote">{sample.quote}</span>],
    [`- ${sample.item}`, `• ${sample.item}`],
    [`[${sample.map}](https://…)`, <u>{sample.map}</u>],
    [`@${sample.name}`, <b class="formatting__mention">{`@${sample.name}`}</b>],
    [':sunrise:', '🌅'],
    ['Shift Enter', newLine],
  ];
}

function commands(): readonly Row[] {
  return [
    ...COMMANDS.map((name): Row => [`/${name}`, composingTexts.commands[name]]),
    ['//', composingTexts.slash],
  ];
}

export function FormattingHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={composingTexts.formatting} onClose={onClose}>
      <Table title={composingTexts.formatting} rows={formatting()} />
      <Table title={composingTexts.command} rows={commands()} />
    </Dialog>
  );
}

function Table({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  return (
    <table class="formatting" aria-label={title}>
      <thead class="visually-hidden">
        <tr>
          <th>{composingTexts.youType}</th>
          <th>{composingTexts.youGet}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([typed, shown]) => (
          <tr key={typed}>
            <td>
              <kbd>{typed}</kbd>
            </td>
            <td>{shown}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
