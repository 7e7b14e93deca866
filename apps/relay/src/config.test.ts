import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const supabase = {
  SUPABASE_URL: 'https://project.supabase.co/',
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
  SUPABASE_SECRET_KEY: 'sb_secret_x',
};

describe('The environment', () => {
  it('may be empty: everything has a default, and Supabase is embedded', () => {
    expect(readConfig({ PORT: '', UNRELATED: 'x' })).toEqual({
      port: 4000,
      host: '127.0.0.1',
      dataDirectory: './data',
      supabase: undefined,
      auth: { allowSignup: true, allowAnonymous: true, autoconfirm: true },
      publicUrl: undefined,
      allowedOrigins: [],
      trustedProxies: [],
      logLevel: 'info',
      metricsToken: undefined,
    });
  });

  it('names a Supabase, by the keys of today or by those of before', () => {
    const { supabase: today } = readConfig({ ...supabase, DATABASE_URL: 'postgres://x' });
    const { supabase: before } = readConfig({
      SUPABASE_URL: supabase.SUPABASE_URL,
      SUPABASE_ANON_KEY: 'anon',
      SUPABASE_SERVICE_ROLE_KEY: 'service',
    });

    expect(today).toMatchObject({
      url: 'https://project.supabase.co',
      publishableKey: 'sb_publishable_x',
      secretKey: 'sb_secret_x',
      databaseUrl: 'postgres://x',
    });
    expect(before).toMatchObject({ publishableKey: 'anon', secretKey: 'service' });
  });

  it('takes lists apart and addresses down to their origin', () => {
    const config = readConfig({
      PUBLIC_URL: 'https://chat.example/app/',
      ALLOWED_ORIGINS: ' https://a.example , http://localhost:5173/x ',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
    });

    expect(config).toMatchObject({
      publicUrl: 'https://chat.example',
      allowedOrigins: ['https://a.example', 'http://localhost:5173'],
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
  });

  it('says what the embedded auth service allows, and cannot say it of another', () => {
    const { auth } = readConfig({ AUTH_GUESTS: 'false', AUTH_AUTOCONFIRM: 'false' });

    expect(auth).toEqual({ allowSignup: true, allowAnonymous: false, autoconfirm: false });
    expect(() => readConfig({ ...supabase, AUTH_SIGNUP: 'false' })).toThrow(
      'AUTH_SIGNUP: only without SUPABASE_URL',
    );
    expect(() => readConfig({ AUTH_GUESTS: 'no' })).toThrow('AUTH_GUESTS: expected true or false');
  });

  it.each(['abc', '-1', '1.5'])('says what a port is instead of %s', (PORT) => {
    expect(() => readConfig({ PORT })).toThrow('PORT: expected a port from 0');
  });

  it('has every mistake named at once, and no value repeated', () => {
    const wrong = {
      PORT: '70000',
      SUPABASE_URL: 'ftp://secret.example',
      DATABASE_URL: 'mysql://secret',
      LOG_LEVEL: 'secret',
      METRICS_TOKEN: 'secret',
      ALLOWED_ORIGINS: 'secret',
    };

    let message = '';
    try {
      readConfig(wrong);
    } catch (error) {
      message = (error as Error).message;
    }

    for (const name of [...Object.keys(wrong), 'SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_SECRET_KEY']) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('secret');
  });

  it('refuses a database or a secret key without the Supabase they belong to', () => {
    expect(() => readConfig({ DATABASE_URL: 'postgres://x' })).toThrow('DATABASE_URL: only with');
    expect(() => readConfig({ SUPABASE_SECRET_KEY: 'x' })).toThrow('SUPABASE_SECRET_KEY: only');
  });
});
