namespace Appliance.Lab.Traffic;

/// <summary>
/// The ClientHello of any flow, a pure function of plan and flow: templates are made once a name and variant, the
/// rest is drawn from the flow's seed.
/// </summary>
internal sealed class HelloBook(TrafficPlan plan, NamePool names) : IDisposable
{
    private const int Variants = 8;
    private const int QuicVariant = 4;
    private const int PostQuantumVariant = 2;
    private const int NameLastVariant = 1;
    private const ulong Salt = 0x7661_7269_616E_74;

    private readonly HelloTemplate?[] templates = new HelloTemplate?[plan.Names * Variants];
    private readonly byte[] scratch = new byte[Limits.HelloBytesMax];
    private readonly QuicSealer quic = new(plan.Seed);

    public int TlsLength(in FlowSpec flow) => Template(flow).Length;

    /// <summary>Datagrams that the QUIC flow's ClientHello takes.</summary>
    public int QuicInitials(in FlowSpec flow) => Template(flow).Length > QuicSealer.CryptoBytesMax ? 2 : 1;

    /// <summary>The whole ClientHello record; valid until the next call.</summary>
    public ReadOnlySpan<byte> Tls(in FlowSpec flow)
    {
        HelloTemplate template = Template(flow);
        template.Write(flow.Seed, scratch);
        return scratch.AsSpan(0, template.Length);
    }

    /// <summary>Writes the flow's client Initial of the given number as a datagram; returns its length.</summary>
    public int QuicInitial(in FlowSpec flow, int number, Span<byte> destination) =>
        quic.SealClient(flow.Seed, Tls(flow), number, destination);

    /// <inheritdoc cref="QuicInitial"/>
    public int QuicServerInitial(in FlowSpec flow, Span<byte> destination) =>
        quic.SealServer(flow.Seed, destination);

    public void Dispose() => quic.Dispose();

    private HelloTemplate Template(in FlowSpec flow)
    {
        Prng random = new(Prng.Mix(flow.Seed, Salt));
        bool postQuantum = random.Chance(plan.PostQuantumShare);
        bool nameLast = random.Chance(0.3);
        bool overQuic = flow.Class == FlowClass.Quic;
        int variant = (overQuic ? QuicVariant : 0) + (postQuantum ? PostQuantumVariant : 0)
            + (nameLast ? NameLastVariant : 0);
        return templates[(flow.Name * Variants) + variant] ??=
            new HelloTemplate(names.Bytes(flow.Name), overQuic, postQuantum, nameLast);
    }
}
