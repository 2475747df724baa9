using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Claims;

/// <summary>What the processes share to speak over HTTP on this machine alone.</summary>
static class Loopback
{
    /// <summary>
    /// A client for one other process. Connections are many, because many steps run at once, and wait for no pool. There is no time limit:
    /// on one machine the other side answers, or its death breaks the connection.
    /// </summary>
    public static HttpClient Client(Uri address) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 256, UseProxy = false })
    {
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A server on a free port; nothing but Kestrel and routing, so that it starts fast and says nothing.</summary>
    public static WebApplicationBuilder Server()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        builder.Services.AddRoutingCore();
        return builder;
    }

    /// <summary>Where a started server listens.</summary>
    public static Uri Address(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async ValueTask<T?> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> shape) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, shape, http.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> shape)
    {
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, shape, CancellationToken.None);
    }
}
