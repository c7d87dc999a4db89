/**
 * Events that a busy Asterisk sends by the thousand and that nobody here uses. The filters in linekeeper-manager.conf keep
 * most of them from being sent; an Asterisk that does not know those filters, or has an older file, sends them all the same.
 */
export const UNUSED_EVENTS: ReadonlySet<string> = new Set([
  'BridgeCreate',
  'BridgeDestroy',
  'BridgeInfoChannel',
  'ChallengeSent',
  'DTMFBegin',
  'DTMFEnd',
  'ExtensionStatus',
  'HangupRequest',
  'LocalBridge',
  'MusicOnHoldStart',
  'MusicOnHoldStop',
  'NewAccountCode',
  'NewConnectedLine',
  'Newexten',
  'RTCPReceived',
  'RTCPSent',
  'SoftHangupRequest',
  'VarSet',
]);
