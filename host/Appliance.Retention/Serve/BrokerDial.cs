using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using Appliance.Mqtt;

namespace Appliance.Retention.Serve;

/// <summary>
/// Reads the certificate files and dials. They are read for each attempt, so a renewed certificate needs no restart.
/// </summary>
internal static class BrokerDial
{
    /// <summary>What is wrong with the files, in one sentence; null where they can be used.</summary>
    public static string? Problem(BrokerOptions options) =>
        TryRead(options, out _, out string problem) ? null : problem;

    /// <summary>One attempt.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for the end.</exception>
    public static async Task<DialOutcome> DialAsync(BrokerOptions options, CancellationToken cancel) =>
        TryRead(options, out SslClientAuthenticationOptions? tls, out string problem)
            ? await MqttDialer.DialAsync(options.Host, options.Port, tls, cancel)
            : new DialOutcome(null, problem);

    private static bool TryRead(
        BrokerOptions options, [NotNullWhen(true)] out SslClientAuthenticationOptions? tls, out string problem)
    {
        tls = null;
        problem = "";
        try
        {
            tls = MqttDialer.Tls(options.Host, File.ReadAllText(options.AuthorityFile),
                File.ReadAllText(options.CertificateFile), File.ReadAllText(options.KeyFile));
            return true;
        }
        catch (Exception failure) when (failure
            is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = $"--ca, --cert or --key cannot be used: {failure.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }
}
