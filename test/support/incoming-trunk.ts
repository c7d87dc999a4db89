const ip = '127.0.0.2';

/** An operator's own trunk from which calls come in: its address, and what stands for it in his pjsip.conf. */
export const INCOMING_TRUNK = {
  ip,
  pjsip: [
    '[carrier]\ntype=endpoint\ncontext=linekeeper-incoming\naors=carrier\nallow=!all,ulaw\ndirect_media=no',
    `[carrier]\ntype=aor\ncontact=sip:${ip}:9`,
    `[carrier]\ntype=identify\nendpoint=carrier\nmatch=${ip}\n`,
  ].join('\n'),
};
