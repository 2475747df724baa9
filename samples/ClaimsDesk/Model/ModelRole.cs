using Claims;
using ModelDouble;

namespace ClaimsDesk;

/// <summary>The model as a process of its own, over HTTP.</summary>
static class ModelRole
{
    public static async Task<int> RunAsync(RoleArguments arguments)
    {
        var script = new ModelScript(arguments.Number("--seed"));
        await using var server = await DoubleServer.StartAsync(script.Answer, Path.Combine(arguments.Text("--ledger"), DoubleLine.FileName));
        Lifeline.Tell("listening", server.Address);
        await Lifeline.ServeAsync();
        return 0;
    }
}
