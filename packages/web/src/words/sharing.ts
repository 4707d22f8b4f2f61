// The texts around a room's link, in English.

export const sharingTexts = {
  keyHint: 'The highlighted part is the key. Browsers never send it to the server.',
  hereOnly:
    'This link only works on this computer. To invite other devices, open this page at the network address that the server printed when it started.',
  share: 'Share…',
  shareTitle: 'A chat room',
  inviteWarning: 'Anyone with this link can read the room.',
} as const;
