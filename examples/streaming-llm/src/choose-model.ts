import type { Model } from './model.js';
import { createOpenAiModel } from './openai-model.js';
import { createScriptedModel } from './scripted-model.js';

/**
 * The model the environment asks for.
 *
 * - `OPENAI_BASE_URL`: any OpenAI-compatible endpoint; `https://api.openai.com/v1` when only a key is given
 * - `OPENAI_API_KEY`: needed by most endpoints, not by local ones
 * - `OPENAI_MODEL`: `gpt-4o-mini` when absent
 *
 * With neither address nor key the answers are scripted.
 */
export function modelFromEnvironment(env: NodeJS.ProcessEnv = process.env): Model {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, OPENAI_MODEL: name = 'gpt-4o-mini' } = env;
  if (!baseUrl && !apiKey) return createScriptedModel();
  return createOpenAiModel({ baseUrl: baseUrl || 'https://api.openai.com/v1', apiKey, name });
}
