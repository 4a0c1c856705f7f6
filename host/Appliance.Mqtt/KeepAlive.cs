namespace Appliance.Mqtt;

/// <summary>
/// Notices a dead path. After half a keep-alive in which nothing was sent or nothing came, a ping; when no byte at all
/// has come within a whole keep-alive after it, the path is dead. So a black hole is noticed within one and a half
/// keep-alives of the last byte, and the broker hears from us twice as often as it asks (MQTT 5, 3.1.2.10).
/// </summary>
internal sealed class KeepAlive(ushort seconds, long nowMs)
{
    private const long None = long.MinValue;

    private long intervalMs = seconds * 1000L;
    private long sentMs = nowMs;
    private long receivedMs = nowMs;
    private long pingMs = None;

    public enum Verdict
    {
        Quiet,

        /// <summary>A ping is due.</summary>
        Ping,
        Dead,
    }

    /// <summary>When to check again, ms.</summary>
    public long NextMs => pingMs == None ? Math.Min(sentMs, receivedMs) + intervalMs / 2 : pingMs + intervalMs;

    /// <summary>The connection was taken: counts from now with the keep-alive that is in force.</summary>
    public void Begin(ushort keepAliveSeconds, long nowMs)
    {
        intervalMs = keepAliveSeconds * 1000L;
        sentMs = nowMs;
        Received(nowMs);
    }

    public void Sent(long nowMs) => sentMs = nowMs;

    public void Received(long nowMs)
    {
        receivedMs = nowMs;
        pingMs = None;
    }

    public Verdict Check(long nowMs)
    {
        if (nowMs < NextMs)
        {
            return Verdict.Quiet;
        }

        if (pingMs != None)
        {
            return Verdict.Dead;
        }

        pingMs = nowMs;
        sentMs = nowMs;
        return Verdict.Ping;
    }
}
