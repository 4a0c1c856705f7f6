using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Edge.Configuration;
using Appliance.Mqtt;

namespace Appliance.Edge.Uplink;

/// <summary>
/// Reads the certificate files and dials. They are read for each attempt, so a renewed certificate needs no restart.
/// </summary>
internal static class UplinkDialer
{
    /// <summary>One attempt; the name is the common name of the certificate, by which the topics are called.</summary>
    public static async Task<(DialOutcome Outcome, string Name)> DialAsync(
        UplinkOptions options, CancellationToken cancel)
    {
        SslClientAuthenticationOptions tls;
        string name;
        try
        {
            string certificate = Read(options.CertificateFile);
            using (X509Certificate2 own = X509Certificate2.CreateFromPem(certificate))
            {
                name = own.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
            }

            tls = MqttDialer.Tls(options.Host!, Read(options.CaFile), certificate, Read(options.KeyFile));
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return (new DialOutcome(null, $"certificate files: {failure.Message.ReplaceLineEndings(" ")}"), "");
        }

        bool isTopicLevel = name.Length > 0 && name.AsSpan().IndexOfAny("+#/") < 0;
        return isTopicLevel
            ? (await MqttDialer.DialAsync(options.Host!, options.Port, tls, cancel), name)
            : (new DialOutcome(null, $"{options.CertificateFile} has no common name that can stand in a topic"), "");
    }

    private static string Read(string path) => new FileInfo(path).Length <= UplinkLimits.PemBytesMax
        ? File.ReadAllText(path)
        : throw new IOException($"{path} is larger than any certificate");
}
