import { foreignSecretSchema } from '../../domain/sip-account.ts';
import { isYes } from '../formats/values.ts';
import type { Obstacle, PjsipSection } from './endpoint.ts';

export interface EndpointParts {
  endpoint: PjsipSection;
  auths: ReadonlyMap<string, PjsipSection>;
  aors: ReadonlyMap<string, PjsipSection>;
  /** Endpoints that sections of `type=identify` name. */
  identified: ReadonlySet<string>;
}

/**
 * What a phone would notice. Its user name is the name of endpoint and aor (PJSIP finds the one by the From, the other by the To
 * of a REGISTER) and must stay so; its secret must be known, as a digest is bound to a realm (RFC 2617).
 */
export function obstaclesOf(parts: EndpointParts): Obstacle[] {
  const { endpoint } = parts;
  if (endpoint.has('outbound_auth')) return [{ code: 'TRUNK', message: 'it logs in elsewhere: a trunk' }];
  if (!/^[0-9]{2,10}$/.test(endpoint.name)) {
    return [{ code: 'NO_EXTENSION_NUMBER', message: 'its name is no extension number of 2 to 10 digits' }];
  }
  return [...ofAddress(parts), ...ofSecret(parts), ...ofAor(parts), ...ofMedia(endpoint)];
}

function ofAddress({ endpoint, identified }: EndpointParts): Obstacle[] {
  const by = endpoint.list('identify_by');
  const isByName = by.length === 0 || by.includes('username');
  if (isByName && !identified.has(endpoint.name)) return [];
  return [{ code: 'KNOWN_BY_ADDRESS', message: 'it is known by its address or a header, not by its user name' }];
}

function ofSecret({ endpoint, auths }: EndpointParts): Obstacle[] {
  const names = endpoint.list('auth');
  if (names.length > 1) return [{ code: 'SEVERAL_SECRETS', message: 'a SIP account has one secret' }];
  const auth = auths.get(names[0] ?? '');
  if (auth === undefined) return [{ code: 'NO_PASSWORD', message: 'it lets in whoever comes: it has no auth' }];
  const type = auth.last('auth_type').toLowerCase() || 'userpass';
  const password = auth.last('password');
  if ((type !== 'userpass' && type !== 'digest') || password === '') {
    return [
      { code: 'DIGEST_ONLY', message: 'its password is not there in clear: a digest holds for its own realm only' },
    ];
  }
  const obstacles: Obstacle[] = [];
  if (!foreignSecretSchema.safeParse(password).success) {
    obstacles.push({
      code: 'SECRET_INVALID',
      message: 'its password does not have 4 to 128 printable ASCII characters',
    });
  }
  if (auth.last('username') !== endpoint.name) {
    obstacles.push({ code: 'LOGIN_NAME', message: 'its phone logs in with another name than that of the endpoint' });
  }
  return obstacles;
}

function ofAor({ endpoint, aors }: EndpointParts): Obstacle[] {
  const names = endpoint.list('aors');
  const aor = aors.get(endpoint.name);
  if (names.length !== 1 || names[0] !== endpoint.name || aor === undefined) {
    return [{ code: 'AOR_NAME', message: 'its phone must register at one aor that has the name of the endpoint' }];
  }
  if (!aor.has('contact')) return [];
  return [{ code: 'FIXED_CONTACT', message: 'its aor has a fixed contact: phones register here' }];
}

function ofMedia(endpoint: PjsipSection): Obstacle[] {
  const obstacles: Obstacle[] = [];
  const isWebRtc = isYes(endpoint.last('webrtc'));
  const encryption = endpoint.last('media_encryption').toLowerCase();
  if (!isWebRtc && encryption !== '' && encryption !== 'no') {
    obstacles.push({ code: 'MEDIA_ENCRYPTION', message: 'its audio is encrypted (media_encryption), ours is not' });
  }
  if (!isWebRtc && ['use_avpf', 'ice_support', 'rtcp_mux'].some((name) => isYes(endpoint.last(name)))) {
    obstacles.push({ code: 'WEBRTC_DETAILS', message: 'it has single settings of WebRTC, not webrtc=yes' });
  }
  const dtmf = endpoint.last('dtmf_mode').toLowerCase();
  if (!['', 'rfc4733', 'rfc2833', 'auto', 'auto_info'].includes(dtmf)) {
    obstacles.push({ code: 'DTMF_MODE', message: 'its digits do not come as RFC 4733 (dtmf_mode)' });
  }
  return obstacles;
}
