import { z } from 'zod';

const rateLimit = (events: number, windowSeconds: number) =>
  z
    .object({
      events: z.number().int().positive().default(events),
      windowSeconds: z.number().int().positive().default(windowSeconds),
    })
    .prefault({});

/**
 * Settings of the auth service; every field has the default named here.
 *
 * Access tokens live 600 to 3600 s, because clients refresh with 90 s left and the database accepts a
 * token until it expires. `redirectUrls` are prefixes that a link may lead to besides `siteUrl`.
 */
export const authSettingsSchema = z
  .object({
    jwtExpirySeconds: z.number().int().min(600).max(3600).default(900),
    passwordMinLength: z.number().int().min(6).max(72).default(8),
    autoconfirm: z.boolean().default(true),
    allowSignup: z.boolean().default(true),
    allowAnonymous: z.boolean().default(true),
    /** Both addresses must confirm a change of email. */
    doubleConfirmEmailChange: z.boolean().default(true),
    /** A password change needs a nonce when the session is older than 24 h. */
    securePasswordChange: z.boolean().default(false),
    requireCurrentPassword: z.boolean().default(false),
    refreshReuseIntervalSeconds: z.number().int().min(0).max(60).default(10),
    /** Longest life of a session, from sign-in. Absent: unlimited. */
    sessionTimeboxSeconds: z.number().int().positive().optional(),
    /** Longest time between two refreshes. Absent: unlimited. */
    sessionInactivitySeconds: z.number().int().positive().optional(),
    otpLength: z.number().int().min(6).max(10).default(8),
    otpExpirySeconds: z.number().int().min(60).max(86_400).default(3600),
    /** Least time between two codes for one address. */
    otpIntervalSeconds: z.number().int().min(0).max(3600).default(60),
    maxFactors: z.number().int().min(1).max(30).default(10),
    /** How long `auth.audit_log_entries` keeps what happened. */
    auditRetentionDays: z.number().int().min(1).max(3650).default(90),
    siteUrl: z.url().optional(),
    redirectUrls: z.array(z.url()).default([]),
    passwordHashConcurrency: z.number().int().min(1).max(16).default(2),
    /** Per client address, except `factorVerifyPerUser` and `otpVerifyPerAddress`. */
    rateLimits: z
      .object({
        signIn: rateLimit(30, 300),
        refresh: rateLimit(150, 300),
        verify: rateLimit(30, 300),
        otp: rateLimit(30, 300),
        anonymous: rateLimit(30, 3600),
        factorVerify: rateLimit(15, 60),
        factorVerifyPerUser: rateLimit(10, 900),
        otpVerifyPerAddress: rateLimit(10, 300),
      })
      .prefault({}),
  })
  .prefault({});

/** Checked settings, defaults filled in. */
export type AuthSettings = z.infer<typeof authSettingsSchema>;

/** Settings as an operator writes them: every field optional. */
export type AuthSettingsInput = z.input<typeof authSettingsSchema>;

/** Name of one rate limit. */
export type RateLimitName = keyof AuthSettings['rateLimits'];
