// The texts of formatted messages, in English.

export const richTexts = {
  hiddenText: 'Hidden text. Press to show.',
  code: (language: string) => (language === '' ? 'Code' : `Code: ${language}`),
  copyCode: 'Copy',
  codeCopied: 'Copied',
  copyCodeByHand: 'Your browser blocked copying. The code is selected: press Ctrl+C (⌘C on a Mac).',
} as const;
