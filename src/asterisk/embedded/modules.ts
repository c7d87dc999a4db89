/** The modules of the embedded PBX. Asterisk finds the order itself; what is missing in an older version only warns. */
const CORE = [
  // what PJSIP stands on
  'res_sorcery_config res_sorcery_memory res_sorcery_astdb res_crypto res_timing_timerfd res_pjproject res_rtp_asterisk res_srtp',
  'res_http_websocket res_security_log',
  // PJSIP
  'res_pjsip res_pjsip_session res_pjsip_pubsub chan_pjsip res_pjsip_acl res_pjsip_authenticator_digest',
  'res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_endpoint_identifier_user',
  'res_pjsip_endpoint_identifier_ip res_pjsip_registrar res_pjsip_nat res_pjsip_path res_pjsip_caller_id res_pjsip_diversion',
  'res_pjsip_dtmf_info res_pjsip_empty_info res_pjsip_header_funcs res_pjsip_logger res_pjsip_maintenance res_pjsip_mwi',
  'res_pjsip_mwi_body_generator res_pjsip_exten_state res_pjsip_dialog_info_body_generator res_pjsip_pidf_body_generator',
  'res_pjsip_xpidf_body_generator res_pjsip_pidf_digium_body_supplement res_pjsip_pidf_eyebeam_body_supplement',
  'res_pjsip_outbound_publish res_pjsip_refer res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_sips_contact res_pjsip_transport_websocket',
  'res_pjsip_one_touch_record_info res_pjsip_dlg_options res_pjsip_messaging res_pjsip_notify',
  // bridges, codecs and files
  'bridge_simple bridge_native_rtp bridge_softmix bridge_holding bridge_builtin_features bridge_builtin_interval_features',
  'codec_ulaw codec_alaw codec_gsm codec_g722 codec_resample codec_opus_open_source codec_a_mu format_gsm format_pcm format_wav',
  'format_wav_gsm format_sln res_format_attr_opus res_format_attr_h264 res_format_attr_vp8',
  'chan_bridge_media',
  // device states over AMI
  'res_manager_devicestate',
  // the dialplan and what it uses
  'pbx_config app_dial app_directed_pickup app_echo app_playback app_read app_stack app_verbose app_voicemail app_userevent app_senddtmf',
  'app_while app_exec func_callerid func_channel func_cut func_db func_json func_logic func_strings func_hangupcause',
  'func_pjsip_aor func_pjsip_contact func_pjsip_endpoint func_groupcount func_dialplan func_devstate func_global func_timeout',
  // records of calls
  'cdr_manager res_cdrel_custom cdr_custom func_cdr func_uri',
];

const STASIS = [
  'res_stasis res_stasis_answer res_stasis_device_state res_stasis_playback res_stasis_recording res_stasis_snoop app_stasis',
  'res_ari res_ari_model res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states',
  'res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings res_ari_sounds res_websocket_client',
];

export function loadLines({ ari }: { ari: boolean }): string {
  const names = [...CORE, ...(ari ? STASIS : [])].flatMap((line) => line.split(' '));
  return names.map((name) => `load=${name}.so`).join('\n');
}
