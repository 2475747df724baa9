using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Claims;

namespace ClaimsTests.Provider;

/// <summary>The provider over real HTTP, with its ledger on disk.</summary>
public sealed class ProviderServerTests : IDisposable
{
    static readonly FaultScript NoFaults = new(1, PerMille: 0);
    readonly Scratch scratch = new();
    readonly HttpClient http = new();

    public void Dispose()
    {
        http.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public async Task A_key_is_applied_once_and_always_answered_alike()
    {
        await using var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults);
        var receipts = new List<string>();
        for (var attempt = 1; attempt <= 3; attempt++) receipts.Add(await PayAsync(provider, Payment("k", 7) with { Attempt = attempt }));
        Assert.Single(receipts.Distinct());
        Assert.Equal([true, false, false], Lines().Select(line => line.Applied));
        Assert.Equal([1, 2, 3], Lines().Select(line => line.Attempt));
    }

    [Fact]
    public async Task Requests_at_the_same_moment_apply_a_key_once()
    {
        await using var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => PayAsync(provider, Payment($"k{i % 10}", i % 10))));
        Assert.Equal(200, Lines().Count);
        Assert.Equal(10, Lines().Count(line => line.Applied));
    }

    [Fact]
    public async Task A_key_with_another_amount_is_refused()
    {
        await using var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults);
        await PayAsync(provider, Payment("k", 7));
        using var response = await PostAsync(provider, Payment("k", 7) with { Amount = 26 });
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal([true, false], Lines().Select(line => line.Applied));
    }

    [Fact]
    public async Task A_provider_that_starts_again_still_knows_its_keys()
    {
        string receipt;
        await using (var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults)) receipt = await PayAsync(provider, Payment("k", 7));
        await using (var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults)) Assert.Equal(receipt, await PayAsync(provider, Payment("k", 7)));
        Assert.Equal([true, false], Lines().Select(line => line.Applied));
    }

    [Fact]
    public async Task Faults_follow_the_script_and_end()
    {
        var faults = new FaultScript(1, PerMille: 300);
        await using var provider = await ProviderServer.StartAsync(scratch.Path, faults);
        for (var row = 1; row <= 40; row++)
        {
            for (var request = 1; request <= 4; request++)
            {
                var fault = faults.For(row, ProviderLine.Payment, request);
                if (fault == Fault.AppliedThenDropped)
                {
                    await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(provider, Payment($"k{row}", row)));
                    continue;
                }
                using var response = await PostAsync(provider, Payment($"k{row}", row));
                Assert.Equal(fault == Fault.None ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
            }
        }
        var lines = Lines();
        Assert.Equal(160, lines.Count);
        Assert.Equal(40, lines.Count(line => line.Applied));
        // The row's money moved at its first request that was not refused, dropped or not.
        foreach (var row in lines.GroupBy(line => line.Row))
        {
            var first = Enumerable.Range(1, 4).First(request => faults.For(row.Key, ProviderLine.Payment, request) != Fault.Unavailable);
            Assert.Equal(first - 1, row.ToList().FindIndex(line => line.Applied));
        }
    }

    [Fact]
    public async Task The_operator_is_told_what_was_applied()
    {
        await using var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults);
        using var client = new ProviderClient(provider.Address);
        await client.SendAsync(new PaymentRequest("01H/5", 7, ProviderLine.Notification, 0, 1), default);
        Assert.True(await client.WasNotifiedAsync("01H/5", default));
        Assert.False(await client.WasNotifiedAsync("01H/6", default));
        Assert.False((await http.GetFromJsonAsync(new Uri(provider.Address, "payments/01H%2F5"), ClaimsJson.Default.KeyState))!.Applied);
    }

    [Fact]
    public async Task Not_applied_is_final_though_a_killed_workers_request_is_still_under_way()
    {
        await using var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults);
        using var client = new ProviderClient(provider.Address, worker: 2);
        // A connection that was opened and never used, as pools do, and a request of which only a part has arrived; the rest is under way.
        using TcpClient idle = new(), killed = new();
        await idle.ConnectAsync(IPAddress.Loopback, provider.Address.Port);
        await killed.ConnectAsync(IPAddress.Loopback, provider.Address.Port);
        const string body = """{"key":"k","row":7,"kind":"notification","amount":0,"attempt":1,"worker":1}""";
        var request = Encoding.ASCII.GetBytes($"POST /payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await killed.GetStream().WriteAsync(request.AsMemory(0, request.Length - 5));

        Assert.False(await client.WasNotifiedAsync("k", default));

        await killed.GetStream().WriteAsync(request.AsMemory(request.Length - 5));
        using var answer = new StreamReader(killed.GetStream());
        Assert.Equal("HTTP/1.1 410 Gone", await answer.ReadLineAsync());
        await client.SendAsync(new PaymentRequest("k", 7, ProviderLine.Notification, 0, 2), default);
        Assert.True(await client.WasNotifiedAsync("k", default));
        // It is in the books for what it was.
        Assert.Equal([("late-notification", 1, false), ("notification", 2, true)], Lines().Select(line => (line.Kind, line.Attempt, line.Applied)));
    }

    [Fact]
    public async Task A_question_that_is_not_answered_fails_in_a_way_that_is_asked_again()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new ProviderClient(new Uri($"http://{silent.LocalEndpoint}"), questionMax: TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.WasNotifiedAsync("k", default));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WasNotifiedAsync("k", cancelled.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"key":"k","row":1,"kind":"gift","amount":1,"attempt":1}""")]
    [InlineData("""{"key":"k","row":1,"kind":"payment","amount":-1,"attempt":1}""")]
    public async Task Nonsense_is_refused_and_not_written_down(string body)
    {
        await using var provider = await ProviderServer.StartAsync(scratch.Path, NoFaults);
        using var response = await http.PostAsync(new Uri(provider.Address, "payments"), new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(Lines());
    }

    static PaymentRequest Payment(string key, int row) => new(key, row, ProviderLine.Payment, 25, 1);

    Task<HttpResponseMessage> PostAsync(ProviderServer provider, PaymentRequest request) =>
        http.PostAsJsonAsync(new Uri(provider.Address, "payments"), request, ClaimsJson.Default.PaymentRequest);

    async Task<string> PayAsync(ProviderServer provider, PaymentRequest request)
    {
        using var response = await PostAsync(provider, request);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(ClaimsJson.Default.PaymentReceipt))!.Receipt;
    }

    List<ProviderLine> Lines() => Ledger<ProviderLine>.Read(scratch.File(ProviderLine.FileName), ClaimsJson.Default.ProviderLine);
}
