using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Anthropic.Core;
using Holdfast.Agents;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace ClaimsDesk;

/// <summary>Asks one provider's package after the other, so that every conversation passes through all of their formats.</summary>
sealed class AlternatingClient(params IChatClient[] clients) : IChatClient
{
    int asked = -1;

    IChatClient Next => clients[(int)((uint)Interlocked.Increment(ref asked) % clients.Length)];

    /// <summary>Both packages, turned to the double. The step tries again, so they do not.</summary>
    public static ModelChain Models(Uri address) => new(new Model("double", new AlternatingClient(
        new ChatClient("gpt-double", new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new(address, "v1"), RetryPolicy = new ClientRetryPolicy(0) }).AsIChatClient(),
        new AnthropicClient(new ClientOptions { BaseUrl = address.ToString().TrimEnd('/'), ApiKey = "none", MaxRetries = 0 }).AsIChatClient("claude-double")))
    {
        Timeout = TimeSpan.FromSeconds(60),
    });

    public Task<ChatResponse> GetResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Next.GetResponseAsync(messages, options, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Next.GetStreamingResponseAsync(messages, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        foreach (var client in clients) client.Dispose();
    }
}
