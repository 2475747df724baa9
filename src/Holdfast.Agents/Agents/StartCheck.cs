using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Agents.Running;

/// <summary>Makes an agent's definition once when the host starts, so that a tool whose handler is not registered is told there. What else goes wrong is told by the runs that need it.</summary>
sealed class StartCheck<TAgent>(IServiceProvider services) : IHostedService where TAgent : Agent
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        foreach (var type in typeof(TAgent).GetConstructors().SelectMany(static c => c.GetParameters()).Select(static p => p.ParameterType).Where(static t => typeof(ICarrier).IsAssignableFrom(t)))
        {
            try
            {
                scope.ServiceProvider.GetService(type);
            }
            catch (Exception error) when (error is not UnknownHandlerException)
            {
                // The runs' affair.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
