using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;
using ModelDouble;
using OpenAI;
using OpenAI.Chat;

namespace Holdfast.Agents.Tests;

/// <summary>The providers' own packages, turned to a double. They do not try again on their own, so that each of the double's requests is one of the test's.</summary>
static class Providers
{
    public const string Key = "sk-canary-4711-0815";

    public static Model Of(WireFormat format, DoubleServer server, TimeSpan? timeout = null, Action<Exception>? onError = null) => new($"{format}", Client(format, server.Address))
    {
        Price = new(3, 15, 0.30m),
        Timeout = timeout ?? TimeSpan.FromMinutes(2),
        OnError = onError,
    };

    public static IChatClient Client(WireFormat format, Uri address) => format == WireFormat.OpenAi
        ? new ChatClient("gpt-double", new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = new(address, "v1"), RetryPolicy = new ClientRetryPolicy(0) }).AsIChatClient()
        : new AnthropicClient(new ClientOptions { BaseUrl = address.ToString().TrimEnd('/'), ApiKey = Key, MaxRetries = 0 }).AsIChatClient("claude-double");
}
