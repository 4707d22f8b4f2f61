// Settings, alerts, the sheet about a person and saved copies: loaded with the first of them.

export { watchForAlerts } from './alerts.ts';
export { PersonSheet } from './person-sheet.tsx';
export { SaveCopy } from './save-copy.tsx';
export { SettingsSheet } from './settings-sheet.tsx';
