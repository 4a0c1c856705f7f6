using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;

namespace Appliance.Devices.Broker;

/// <summary>
/// MQTTnet over a stream that is connected already, with buffers both ways. So the product has one dialler and one
/// rule for TLS, whichever client speaks.
/// </summary>
internal sealed class StreamChannel(Stream stream) : IMqttChannel
{
    private readonly byte[] incoming = new byte[Limits.StreamBufferBytes];
    private readonly byte[] outgoing = new byte[Limits.StreamBufferBytes];
    private readonly SemaphoreSlim reading = new(1, 1);
    private int from;
    private int to;
    private int gathered;
    private long heardMs = Environment.TickCount64;

    /// <summary>Monotonic milliseconds at which the broker was last heard.</summary>
    public long HeardMs => Volatile.Read(ref heardMs);

    /// <inheritdoc/>
    public X509Certificate2? ClientCertificate => null;

    /// <inheritdoc/>
    public EndPoint? RemoteEndPoint => null;

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => null;

    /// <inheritdoc/>
    public bool IsSecureConnection => stream is SslStream;

    /// <inheritdoc/>
    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Reads on, unheard, until the broker closes: closing with unread bytes would reset the connection, and the broker
    /// could lose the goodbye and publish the will.
    /// </summary>
    public async Task DisconnectAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Limits.GoodbyeMs);
        try
        {
            await reading.WaitAsync(patience.Token);
            while (await stream.ReadAsync(incoming, patience.Token) > 0)
            {
                from = to = 0;
            }
        }
        catch (Exception failure) when (
            failure is IOException or ObjectDisposedException or OperationCanceledException or NotSupportedException)
        {
            // Gone already, or not closing: the end is the same.
        }

        await stream.DisposeAsync();
    }

    /// <inheritdoc/>
    public async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        if (from == to)
        {
            await reading.WaitAsync(cancellationToken);
            try
            {
                from = 0;
                to = await stream.ReadAsync(incoming, cancellationToken);
            }
            finally
            {
                reading.Release();
            }

            Volatile.Write(ref heardMs, Environment.TickCount64);
        }

        int taken = Math.Min(count, to - from);
        Buffer.BlockCopy(incoming, from, buffer, offset, taken);
        from += taken;
        return taken;
    }

    /// <summary>Gathers the parts of a packet; MQTTnet writes one packet at a time.</summary>
    public async Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> part in buffer)
        {
            if (part.Length > outgoing.Length - gathered)
            {
                await FlushAsync(cancellationToken);
            }

            if (part.Length > outgoing.Length)
            {
                await stream.WriteAsync(part, cancellationToken);
            }
            else
            {
                part.CopyTo(outgoing.AsMemory(gathered));
                gathered += part.Length;
            }
        }

        if (isEndOfPacket)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private async Task FlushAsync(CancellationToken cancel)
    {
        int count = gathered;
        gathered = 0;
        if (count > 0)
        {
            await stream.WriteAsync(outgoing.AsMemory(0, count), cancel);
        }
    }
}
