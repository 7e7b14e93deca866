import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { authSettingsSchema } from '../../src/auth/settings.ts';

describe('the default settings', () => {
  it('are those that supabase/config.toml gives a hosted project', async () => {
    const file = new URL('../../../../supabase/config.toml', import.meta.url);
    const config = readSections(await readFile(file, 'utf8'));
    const defaults = authSettingsSchema.parse({});
    const { rateLimits } = defaults;

    expect(config.get('auth')).toMatchObject({
      jwt_expiry: String(defaults.jwtExpirySeconds),
      refresh_token_reuse_interval: String(defaults.refreshReuseIntervalSeconds),
      enable_signup: String(defaults.allowSignup),
      enable_anonymous_sign_ins: String(defaults.allowAnonymous),
      minimum_password_length: String(defaults.passwordMinLength),
    });
    expect(config.get('auth.rate_limit')).toMatchObject({
      anonymous_users: String(rateLimits.anonymous.events),
      token_refresh: String(rateLimits.refresh.events),
      sign_in_sign_ups: String(rateLimits.signIn.events),
      token_verifications: String(rateLimits.verify.events),
    });
    expect(config.get('auth.email')).toMatchObject({
      double_confirm_changes: String(defaults.doubleConfirmEmailChange),
      enable_confirmations: String(!defaults.autoconfirm),
      secure_password_change: String(defaults.securePasswordChange),
      otp_length: String(defaults.otpLength),
    });
  });
});

/** The plain `name = value` lines of each section. */
function readSections(toml: string): Map<string, Record<string, string>> {
  const sections = new Map<string, Record<string, string>>();
  let section: Record<string, string> = {};
  for (const line of toml.split('\n')) {
    const title = /^\[(.+)\]$/.exec(line)?.[1];
    if (title !== undefined) sections.set(title, (section = {}));
    const [, name, value] = /^(\w+) = (.+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) section[name] = value;
  }
  return sections;
}
