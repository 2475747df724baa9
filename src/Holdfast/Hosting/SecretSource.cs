namespace Holdfast.Hosting;

/// <summary>Where secrets of one type come from.</summary>
sealed class SecretSource<T>(Func<IServiceProvider, string, CancellationToken, Task<T>> read)
{
    public Task<T> ReadAsync(IServiceProvider services, string name, CancellationToken cancellationToken) => read(services, name, cancellationToken);
}
