using Appliance.Supervisor.Link;

namespace Appliance.Tests.Firmware.Link;

/// <summary>Two ends, a line that can spoil bytes, and virtual milliseconds.</summary>
internal sealed class LinkWorld
{
    private readonly Random random;
    private readonly byte[] line = new byte[256];
    private long nowMs;
    private int chipSession = 1;

    public LinkWorld(int seed)
    {
        random = new Random(seed);
        Chip = new LinkPort(LinkRole.Supervisor, chipSession, AtChip);
        Host = new LinkPort(LinkRole.Host, 1000, AtHost);
    }

    public LinkPort Chip { get; private set; }

    public LinkPort Host { get; private set; }

    public Collected AtChip { get; } = new();

    public Collected AtHost { get; } = new();

    public int Alarms => AtHost.Messages.Count(m => m.Kind == LinkKind.Alarm);

    public bool HostIsMute { get; set; }

    public bool HostIsDeaf { get; set; }

    public static byte[] Alarm(int number)
    {
        byte[] payload = new byte[AlarmMessage.Bytes];
        new AlarmMessage { Number = number, Kind = number % 19, UnixSeconds = 1_800_000_000L * number }.Write(payload);
        return payload;
    }

    public bool SendAlarm(int number) => Chip.Send(LinkKind.Alarm, Alarm(number), AlarmMessage.Bytes);

    public void SendHealth() => Chip.Send(LinkKind.Health, new byte[HealthMessage.Bytes], HealthMessage.Bytes);

    public void RestartHost(int session) => Host = new LinkPort(LinkRole.Host, session, AtHost);

    public void RestartChip(int session)
    {
        chipSession = session;
        Chip = new LinkPort(LinkRole.Supervisor, chipSession, AtChip);
    }

    /// <summary>Ten milliseconds with a chatter of unreliable frames, some bytes spoilt.</summary>
    public void Step(int faultsPerMille)
    {
        if (random.Next(4) == 0)
        {
            SendHealth();
        }

        Carry(faultsPerMille);
    }

    public void Run(int milliseconds)
    {
        for (int i = 0; i < milliseconds / 10; i++)
        {
            Carry(0);
        }
    }

    /// <summary>Until the line is empty, without a new fault.</summary>
    public void Settle() => Run(300);

    private void Carry(int faultsPerMille)
    {
        nowMs += 10;
        int count = Chip.Collect(line, 115, nowMs);
        byte[] spoilt = Spoil(line.AsSpan(0, count), faultsPerMille);
        if (!HostIsDeaf)
        {
            Host.Receive(spoilt, spoilt.Length);
        }

        count = Host.Collect(line, 115, nowMs);
        spoilt = Spoil(line.AsSpan(0, HostIsMute ? 0 : count), faultsPerMille);
        Chip.Receive(spoilt, spoilt.Length);
    }

    private byte[] Spoil(ReadOnlySpan<byte> bytes, int faultsPerMille)
    {
        List<byte> result = [];
        int cut = 0;
        foreach (byte value in bytes)
        {
            bool fault = random.Next(1000) < faultsPerMille;
            int kind = random.Next(5);
            if (cut > 0)
            {
                cut--;
                continue;
            }

            if (!fault || kind == 1)
            {
                result.Add(value);
            }

            if (fault && kind <= 1)
            {
                result.Add((byte)random.Next(256));
            }
            else if (fault && kind == 2)
            {
                result.Add((byte)(value ^ (1 << random.Next(8))));
            }
            else if (fault && kind == 3)
            {
                cut = random.Next(40);
            }
            else if (fault)
            {
                byte[] babble = new byte[random.Next(40)];
                random.NextBytes(babble);
                result.AddRange(babble);
            }
        }

        return [.. result];
    }
}
